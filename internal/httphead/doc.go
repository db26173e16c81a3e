// Package httphead holds the headers that tell a browser how little to do with an
// answer: load nothing, run nothing, guess no type, frame nothing, send nothing on.
// Every answer of ours begins with them, whoever gives it and also if it is an
// error; what needs more, as the page does, allows that and nothing else.
package httphead
