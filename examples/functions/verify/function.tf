# The bundle as it was kept, and the public key as the auditor has it.
locals {
  proof = provider::offboard::verify(file("${path.module}/jane.json"), file("${path.module}/offboard.pub.pem"))
}

check "proof" {
  assert {
    condition     = local.proof.valid
    error_message = "The evidence of ${coalesce(local.proof.person, "this exit")} is ${local.proof.verdict}: ${local.proof.reason}."
  }
}
