// Package trouble is the one vocabulary of what can be wrong with a running
// service. Each kind has a [Code] for machines – /readyz, metrics, alerts – and
// for the operator who is woken a Vietnamese sentence that says what, and one
// that says what to do. Whoever notices trouble names its code and where it is;
// nobody writes such sentences twice.
//
// A [Finding] is what «doctor» tells of one thing it looked at, trouble or none.
package trouble
