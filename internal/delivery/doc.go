// Package delivery brings saved messages to the chats they are for.
//
// A chat on a pull channel – the web page, the terminal – comes and fetches:
// [Pull] shows it what is waiting, takes its acknowledgement, and wakes it when
// something new was saved. What nobody fetches ends with its own expiry.
// Nothing is held here: messages lie in the store behind [Queue] until they
// are acknowledged, so a restart loses none.
package delivery
