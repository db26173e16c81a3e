package escalation

// CheckDigit is for comparing with published examples.
func CheckDigit(digits string) int { return checkDigit(digits) }
