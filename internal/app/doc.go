// Package app puts the program together: it opens what the settings ask for,
// serves, reloads the knowledge base when its folder changes, and stops in
// order. It is the only package that knows all the others.
//
// [New] opens everything that can fail and holds the address, [App.Run] serves
// until its context ends, [App.Stop] takes all down again, last opened first,
// within a deadline. There is no global state, so a test starts as many apps
// in one process as it likes, each on port 0. TestConversation is the acceptance
// of each platform: what a person meets there from the first question to a store
// that is frozen for as long as -freeze says.
//
// What goes wrong while starting is told as a [Problem], in Vietnamese, with
// what to do about it.
package app
