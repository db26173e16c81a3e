// Package release makes what is given to those who run the program: archives
// that come out the same on every machine, with the licences of all that is
// linked and a bill of materials.
//
// The story: scripts/release.sh builds the binaries from a clean clone of one
// commit; [Bundle] puts each together with its papers; [WriteTarGz] and
// [WriteZip] pack it, sorted, with the time of the commit and no names of users.
// What is linked is not a list somebody keeps: it is read out of the binary, and
// a module that docs/licences.md does not know ends the release. The table itself
// is made by [Survey] from the module cache, and a test keeps it true.
package release
