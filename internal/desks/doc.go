// Package desks knows who answers: the officers, the desks they sit at, which
// desk is responsible for a commune and a topic, when it is open, until when it
// promises an answer, and who is reminded when it is late. All of it is one
// file, can_bo.yaml, kept by a person of the administration.
//
// The file is loaded whole or not at all ([Load]): one error and there is no
// [Desks], only a report that names every fault with its line and its cure. The
// check goes through every commune and every topic, today and on every day on
// which somebody is absent, so that what loads always reaches a person.
//
// The package decides and looks things up; it sends nothing, stores nothing and
// takes the time as an argument. A Desks never changes and is safe for
// concurrent use. [Watch] keeps one current while the file changes.
package desks
