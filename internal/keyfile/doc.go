// Package keyfile reads YAML files whose keys are known: a [Table] says once
// which keys a map may hold, how each is read, and what it is for. The readers
// of files go by it ([ReadMap]), and so does the JSON Schema that editors'
// programs complete and check by ([Schema]).
//
// Whatever is wrong becomes a [Fault] with file, line and cure, in Vietnamese,
// and reading goes on, so that one [Report] names all there is to mend.
package keyfile
