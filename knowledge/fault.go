package knowledge

import "github.com/doithoai/doithoai/internal/keyfile"

// Fault is something an editor must or should mend.
type Fault = keyfile.Fault

// Severity tells whether a base with the fault can be used.
type Severity = keyfile.Severity

// Report is all that is wrong with a base.
type Report = keyfile.Report

// An error keeps the base from being loaded; a warning does not.
const (
	Error   = keyfile.Error
	Warning = keyfile.Warning
)
