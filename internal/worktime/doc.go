// Package worktime counts working time: when an office is open, when it opens
// next, how long something has waited in working hours, and on which day a
// promise of «two working days» falls due.
//
// A [Calendar] is an ordinary week with one or more shifts a day, and the days
// that are unlike it: public holidays, Tết, working days swapped for others
// («làm bù»). It knows no holiday by itself. Whoever keeps the file of the
// desks names every one of them.
//
// Everything is exact in any time zone, because shifts are clock times and
// durations are real time: where a clock is put forward a shift is shorter,
// where it is put back longer. Vietnam has no such days, and no rule here
// relies on that.
package worktime
