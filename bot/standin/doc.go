// Package standin is what the stand-ins of messaging platforms have in common:
// a [Clock] that tests move, and a terminal (byhand.go) at which somebody plays
// a resident to a program that runs by itself.
package standin
