// Package sheet turns a spreadsheet into the file of the desks, for whoever
// keeps such lists in Excel: a row for each commune, topic and officer
// ([Import]), from a workbook that [Template] lays out.
//
// The rules of the file are not told twice. The rows are gathered and written as
// can_bo.yaml, each line with the cell it came from; package desks reads that,
// and what it finds wrong with a line is told of the cell. Only what a
// spreadsheet can get wrong by itself is looked for here: sheets and columns
// that are missing, and rows that contradict each other.
package sheet
