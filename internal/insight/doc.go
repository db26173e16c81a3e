// Package insight tells how the service does, in figures that name nobody: what
// was asked, what the bot answered at once, what officers answered and when, by
// topic, by commune and by week.
//
// [Gather] puts the store's counters of some days and the cases into a [Report].
// A count of one to four could point at a person, so [Report.Hide] hides it, and
// as many others as it takes that nobody can work it out from a total: see
// hide.go for the rule. Only what [Report.Hide] returned is shown, as a table
// ([Shown.Rows]), as CSV, as JSON or as a workbook.
//
// Reports over ranges that overlap tell what lies between them; whoever
// publishes them publishes whole months.
package insight
