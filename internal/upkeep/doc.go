// Package upkeep is what a channel does beside bringing and sending messages:
// small calls that nobody waits for (chores.go), troubles an operator hears of
// once and not with every try (troubles.go), and taking turns with other
// servers at what only one may do (turn.go).
package upkeep
