// Package knowledge is what the bot knows: dated entries written by editors,
// the figures they quote, communes with their old names, words residents use,
// topics, and the questions that teach and test.
//
// A base is a folder of YAML ([Load]). It is loaded whole or not at all: one
// error anywhere and there is no [Base], only a [Report] that names every
// fault by file, line and cure, in Vietnamese. [Check] is the same with more
// options, [Watch] keeps a base current while the folder changes. Texts reach
// residents through [Base.Render], which puts in the figures of the day.
//
// A Base never changes after it was loaded and is safe for concurrent use.
package knowledge
