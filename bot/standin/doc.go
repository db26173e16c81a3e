// Package standin is what the stand-ins of messaging platforms have in common:
// a [Clock] that tests move, [Faults] that calls meet in place of an answer, and a
// terminal (byhand.go) at which somebody plays a resident to a program that runs
// by itself.
package standin
