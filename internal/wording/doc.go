// Package wording reads the files in which the program's own sentences stand,
// so that no sentence which somebody reads is part of the code, and fills their
// gaps.
package wording
