// Package arch holds no code, only the tests of how the project is put
// together: which package may import which, where a third-party module may
// appear, that no state hides in package variables, and that the paths our
// documents name are there.
//
// The tests parse the sources themselves. One that asked `go list` would go on
// passing from the test cache after the sources have changed.
package arch
