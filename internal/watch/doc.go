// Package watch tells when the files in a folder may have changed. What is in
// them is for the caller to read and compare: a look too many costs little, and
// one too few is made up for by the next.
package watch
