package bot

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// ChatID names one chat: the same person writing to two bots, or on two
// channels, is two chats and never merged into one.
type ChatID struct {
	Channel string // "web", "terminal", "telegram", "zalo-oa", "zalo-bot"
	Bot     string // which of our accounts on that channel; "main" when there is only one
	Chat    string // the channel's own id of the chat; may hold any character
}

// String returns the three parts joined by slashes, for maps and tests; it is
// never written to a log, because Chat identifies a person.
func (c ChatID) String() string { return strings.Join([]string{c.Channel, c.Bot, c.Chat}, "/") }

// Kind says what a resident sent.
type Kind string

// The kinds of a message. A channel that receives something else sends
// KindOther, so that it is acknowledged and never dropped in silence.
const (
	KindText   Kind = "text"   // Text holds what was typed, NFC
	KindPress  Kind = "press"  // a button; Payload holds what the button carried, Text its label when known
	KindOpen   Kind = "open"   // the chat was opened, nothing typed yet (Telegram /start, a fresh web page)
	KindLate   Kind = "late"   // something that was kept for days before it got here: At tells when it came
	KindLetter Kind = "letter" // not from the chat itself: Letter holds what another chat's step sent here
	KindDue    Kind = "due"    // not from the chat itself: the time of the case in Payload has come
	KindOther  Kind = "other"  // photo, voice, sticker, location …: nothing the engine can read yet
)

// Message is one thing a resident sent, already authenticated and decoded by
// its channel.
type Message struct {
	Chat    ChatID
	ID      string    // the channel's id of this update; a redelivery repeats it
	At      time.Time // when our side received it first
	Kind    Kind
	Text    string // NFC; any length, the engine cuts
	Payload string
	Letter  *Letter // of KindLetter
	// Sender is the channel's own id of the person who wrote. It alone gives
	// authority: never the chat, a name, or what a button carried. Empty if the
	// channel cannot tell, as with who writes in the name of a group.
	Sender string
	// Room says that the chat has several members.
	Room bool
	// ReplyTo is the platform's id of the message that this one answers, or under
	// which the button stood; empty if there is none.
	ReplyTo string
	// About is the code of the case which that message belongs to. Whoever
	// handles the message fills it in; a channel leaves it empty.
	About string
	// Attachments are what came beside or instead of text, in their order.
	Attachments []Attachment
	// Joined is the id of the officer that the sender has just become, by an
	// invitation in this message. Only the program's own front sets it; a channel
	// leaves it empty.
	Joined string
	// Trace is the id under which logs and traces know everything that follows from
	// this message; a channel leaves it empty. It says nothing about who wrote.
	Trace string
}

// AttachmentKind says what an attachment is.
type AttachmentKind string

// The kinds of attachments. A channel that receives something else says
// AttachOther, so that the resident hears that it arrived.
const (
	AttachPhoto    AttachmentKind = "photo"
	AttachVoice    AttachmentKind = "voice"
	AttachVideo    AttachmentKind = "video"
	AttachFile     AttachmentKind = "file"
	AttachSticker  AttachmentKind = "sticker"
	AttachLocation AttachmentKind = "location"
	AttachContact  AttachmentKind = "contact" // a card; what stands on it is not kept
	AttachOther    AttachmentKind = "other"
)

// Attachment is a picture, a voice note or the like, on its way in or out.
type Attachment struct {
	Kind AttachmentKind `json:"kind"`
	// Key names our own copy (package media); always set on the way out.
	Key string `json:"key,omitempty"`
	// Source is what the platform calls it: a file id or an address from which
	// it can be fetched for a while. Set on the way in.
	Source    string  `json:"source,omitempty"`
	Name      string  `json:"name,omitempty"` // file name, if there is one
	Type      string  `json:"type,omitempty"` // media type as the platform says, not to be trusted
	Size      int64   `json:"size,omitempty"` // bytes, 0 if unknown
	Text      string  `json:"text,omitempty"` // what it shows, for those who cannot see it
	Latitude  float64 `json:"latitude,omitempty"`
	Longitude float64 `json:"longitude,omitempty"`
}

// Letter is what a step sends to another chat: messages to be queued there, in
// the order of their sequences, or something that happened and is to be decided
// on there. It arrives soon, once, and also after a crash.
type Letter struct {
	To      ChatID  `json:"-"` // stored beside it, because JSON would not keep every id as it is
	From    ChatID  `json:"-"` // whose step wrote it; known on arrival
	Replies []Reply `json:"replies,omitempty"`
	// Event is read by whoever decides for the destination.
	Event json.RawMessage `json:"event,omitempty"`
	// Ended tells a chat how a message to it ended; see [Reply.Track].
	Ended *Ended `json:"ended,omitempty"`
	// Trace is that of the message whose step wrote it.
	Trace string `json:"trace,omitempty"`
}

// Ended tells how a message that was tracked ended. Only End Held may be
// followed by another one.
type Ended struct {
	Track  string `json:"track"` // of the reply
	End    End    `json:"end"`
	Reason string `json:"reason,omitempty"` // with EndFailed: a short name, see record.Dead
}

// End is how a message ended.
type End string

// The ends of a message.
const (
	EndSent    End = "sent"    // the platform has it
	EndHeld    End = "held"    // it waits until the chat writes again
	EndFailed  End = "failed"  // it will never go out
	EndDropped End = "dropped" // it was not wanted any more
)

// Button is a choice under a reply. Channels without buttons show a numbered
// list; the engine understands both the payload and the number.
type Button struct {
	Label   string `json:"label"`   // at most 24 characters
	Payload string `json:"payload"` // at most 64 bytes, ASCII
}

// Numbers returns what may be typed instead of each button: 1, 2, … in order, and
// 0 for the officer, wherever the button stands. The engine counts alike.
func Numbers(buttons []Button) []string {
	numbers, next := make([]string, len(buttons)), 1
	for i, b := range buttons {
		numbers[i] = "0"
		if b.Payload != actionOfficer {
			numbers[i] = strconv.Itoa(next)
			next++
		}
	}
	return numbers
}

// ReplyKind says what a reply is, so that a channel can present it and the
// outbox can rank it.
type ReplyKind string

// The kinds of a reply.
const (
	ReplyAnswer  ReplyKind = "answer"  // approved text of an entry
	ReplyChoice  ReplyKind = "choice"  // a question back: a slot or a few entries
	ReplyNotice  ReplyKind = "notice"  // everything the bot says about itself
	ReplyUrgent  ReplyKind = "urgent"  // crisis text
	ReplyHandoff ReplyKind = "handoff" // where to turn, or that an officer answers

	ReplyPerson   ReplyKind = "person"   // what an officer wrote, marked as such
	ReplyReceipt  ReplyKind = "receipt"  // that something was received or done
	ReplyReminder ReplyKind = "reminder" // what nobody waits for
	ReplyCard     ReplyKind = "card"     // to officers: a case, or what became of it
)

// Reply is one message to the resident. Text is plain, paragraphs separated by
// a blank line, already final: channels only escape and split it.
type Reply struct {
	Kind    ReplyKind `json:"kind"`
	Text    string    `json:"text"`
	Buttons []Button  `json:"buttons,omitempty"`
	Entry   string    `json:"entry,omitempty"`   // the entry the text was taken from
	Version string    `json:"version,omitempty"` // its version, so that a correction can be sent after it
	// Attachments go out before the text, or with it where the channel can.
	Attachments []Attachment `json:"attachments,omitempty"`

	// Case is the code of the case this belongs to: who answers this message
	// speaks of that case. At most 32 digits.
	Case string `json:"case,omitempty"`
	// Epoch, if not 0, lets it go out only while the case of the same chat
	// stands at that epoch; see record.Guard.
	Epoch uint64 `json:"epoch,omitempty"`
	// Card, if not empty, makes it take the place of the message last sent to the
	// chat under the same name: changed in place where the channel can. Where it
	// cannot, Update is sent instead of Text, and nothing if Update is empty. Of several
	// that wait only the last goes out. At most 64 bytes.
	Card   string `json:"card,omitempty"`
	Update string `json:"update,omitempty"`
	// Track, if not empty, asks to be told how sending it ended, in a [Letter] to
	// the chat itself that holds an [Ended]. At most 64 bytes.
	Track string `json:"track,omitempty"`
	// After delays it; what is behind it does not wait.
	After time.Duration `json:"after,omitempty"`
}

// Step is what the engine decided for one message: the conversation to store,
// what to send, and what to count. Nothing has happened yet when it returns.
type Step struct {
	Conversation Conversation
	Replies      []Reply   // in order, to the chat the message came from
	Counts       []string  // names of counters to raise by one, e.g. "decision.answer"
	Letters      []Letter  // to other chats
	Forget       bool      // «quên tôi»: erase the chat but for its seen marks, then send Replies
	Acts         []CaseAct // what it does to cases of the same chat
}
