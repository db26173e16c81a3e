// Package exchange takes one message from a resident to a saved decision.
//
// [Exchange.Handle] loads the chat, lets a [Decider] decide – pure, outside
// any transaction – and saves everything that follows from it in one atomic
// step: the conversation, the replies to send, the counts, and the mark that
// this update was taken. A save carries the revision it was decided on; when
// somebody else was faster, Handle loads and decides again. An update that was
// taken before changes nothing, so a channel may redeliver as often as it likes
// and may acknowledge as soon as Handle returned nil.
//
// What is saved is sent by package delivery. Encodings are in package record;
// the engines behind [Store] are in internal/store.
package exchange
