package strictyaml

// Fault is something in a file that must or should be mended. Message and Cure
// are Vietnamese sentences for a person who knows Word.
type Fault struct {
	Position
	Warning bool   // the file can be used as it is
	Code    string // stable, for tests and machines
	Message string
	Cure    string
}

func hasError(faults []Fault) bool {
	for _, f := range faults {
		if !f.Warning {
			return true
		}
	}
	return false
}
