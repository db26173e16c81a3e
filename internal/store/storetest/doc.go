// Package storetest is what every engine must pass: one suite for the ports of
// packages exchange and delivery, and a state machine that drives the engine
// and a simple model side by side. A new engine is done when [Run] passes.
package storetest
