// Package recent remembers what was asked for of late, in bounded memory: how
// much a chat has written, what a platform calls a file of ours. Whoever uses
// it can do without what it has forgotten.
package recent
