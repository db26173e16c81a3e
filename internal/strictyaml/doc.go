// Package strictyaml reads the small part of YAML that people without
// programming experience can write safely: maps, lists and texts, one document
// a file. It is the only importer of yaml.v3.
//
// Every scalar stays text ("2.530", "0255", "no", "01/07/2026"), so YAML's own
// types never decide anything. Flow lists and maps, anchors, aliases, tags and
// folded blocks are refused. Keys are compared folded ([Fold]). What the usual
// tools leave in a file (byte order mark, CRLF, decomposed accents) is
// repaired; what would change the meaning is a [Fault], in Vietnamese, with
// its place and its cure, because the readers of faults are editors.
package strictyaml
