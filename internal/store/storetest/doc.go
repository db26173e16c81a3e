// Package storetest is what every engine must pass: one suite for the ports of
// packages exchange and delivery and for an operator's commands. A new engine
// is done when [Run] passes.
//
// The suite says each rule twice. One test for each, in a file for each
// subject, so that a failure names the rule. And a model, which is the whole of
// it in a few maps: a state machine drives the engine and the model with the
// same random steps and compares all that can be read. The model passes the
// suite itself, as a store of its own, so the two cannot contradict each other.
//
// What the rules leave open, no test asks for. The machine keeps away from it
// and says so where it does.
package storetest
