package evidence

// SealAnyway seals what contradicts itself, as somebody else may have.
func SealAnyway(e Evidence, signer *Signer) (Bundle, error) { return seal(normal(e), signer) }
