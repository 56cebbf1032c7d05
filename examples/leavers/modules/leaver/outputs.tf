output "case" {
  value       = one(offboard_case.this)
  description = "The case, with what is outstanding and, once it is closed, the evidence; null where there is none."
}
