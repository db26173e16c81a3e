package record

import "time"

// ItemKind says what an [Item] is.
type ItemKind string

// The kinds of items in a backup.
const (
	ItemKey      ItemKind = "key"      // Value: the key of the store's names, first of all items
	ItemChat     ItemKind = "chat"     // Name, Value: a Chat
	ItemCase     ItemKind = "case"     // Name, Value: a Case
	ItemDelivery ItemKind = "delivery" // Name, Value: a Delivery
	ItemLetter   ItemKind = "letter"   // Value: a Letter
	ItemDead     ItemKind = "dead"     // Value: a Dead
	ItemRef      ItemKind = "ref"      // Name, Mark, Value
	ItemWindow   ItemKind = "window"   // Name, Value: a Window with its state, which outlives the chat
	ItemCount    ItemKind = "count"    // Day, Counter, N
	ItemOfficers ItemKind = "officers" // Value: who is registered as which officer; at most one. No engine reads it
)

// Item is one thing a store holds, as it goes into a backup and out of it, in
// the encodings of this package, whichever engine wrote it. Tokens of channels
// are never among them: a restored one is dead.
type Item struct {
	Kind    ItemKind  `json:"kind"`
	Name    Name      `json:"name,omitzero"`
	Mark    Mark      `json:"mark,omitzero"`
	Value   []byte    `json:"value,omitempty"`
	Ends    time.Time `json:"ends,omitzero"`
	Day     string    `json:"day,omitempty"`
	Counter []byte    `json:"counter,omitempty"`
	N       uint64    `json:"n,omitempty"`
}
