// Package escalation is what becomes of a matter that the bot cannot settle: the
// case, who is responsible for it, what officers may do with it, and what the
// clock does when nobody does anything.
//
// The rules are one function, [Apply]: a case, an event and the world give the
// case that follows and what is to be told to whom. It does no I/O, so the same
// three give the same, on every replica and when a step is decided again. What
// is told is named, not worded; the words are in texts.vi.yaml and put together
// in render.go.
//
// A case lies with the chat of its resident ([Case]), because answer, case and
// conversation have to change together. Officers act in chats of their own: what
// they press or write becomes an [Event] in a letter to the resident's chat, and
// there, where two officers on two replicas meet, one of them wins. What follows
// goes back in letters. [Office] joins both sides and the engine into the one
// decider of the program.
//
// Authority is the sender's own registered id and the state of the case, read
// when the event is applied: never the chat, the button or what it carried.
package escalation
