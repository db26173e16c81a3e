package bot

import (
	"slices"
	"time"
)

// MediaChannel is the channel of the pseudo chats in which our own copies of
// what people sent are looked after. Nobody talks there: a chat is one copy, its
// account the channel that the file came over, and what is sent to it are errands.
const MediaChannel = "media"

// The kinds of replies that are errands about the copy that the one attachment
// names. Whoever serves the lane of MediaChannel runs them, in their order.
const (
	ReplyFetch ReplyKind = "fetch" // get it from the attachment's Source, keep it for a day
	ReplyKeep  ReplyKind = "keep"  // keep it for the time of a case
	ReplyDrop  ReplyKind = "drop"  // delete it, and forget what was still to be done about it
)

// FetchMedia is the letter that has the copy made which a.Key names, of a file
// that came over the channel origin.
func FetchMedia(origin string, a Attachment) Letter { return errand(origin, ReplyFetch, a) }

// KeepMedia is the letter that has a copy kept for 30 days more, because a case
// needs it. origin is the channel of the chat that the file came from.
func KeepMedia(origin, key string) Letter { return errand(origin, ReplyKeep, Attachment{Key: key}) }

// DropMedia is the letter that has a copy deleted, also one that is not there
// yet. It is harmless if there is none.
func DropMedia(origin, key string) Letter { return errand(origin, ReplyDrop, Attachment{Key: key}) }

func errand(origin string, kind ReplyKind, a Attachment) Letter {
	return Letter{
		To:      ChatID{Channel: MediaChannel, Bot: origin, Chat: a.Key},
		Replies: []Reply{{Kind: kind, Attachments: []Attachment{a}}},
	}
}

const (
	// maxAttached is how much of what was sent can go along with a case.
	maxAttached = 5
	// maxCopies is how many copies «quên tôi» finds again; they last copiesFor
	// unless a case keeps them.
	maxCopies = 30
	copiesFor = 24 * time.Hour
)

// Copies are the copies that were made of what a chat sent, so that they can be
// deleted when it asks to be forgotten.
type Copies struct {
	Keys []string  `json:"keys,omitempty"` // oldest first
	At   time.Time `json:"at,omitzero"`    // of the latest
}

// lasting returns c as long as there may be copies.
func (c Copies) lasting(now time.Time) Copies {
	if now.Sub(c.At) > copiesFor {
		return Copies{}
	}
	return c
}

// remember notes what came with a message, for a case that may be opened next.
// Where it can be fetched from is nobody's business any more.
func (t *turn) remember(m Message) {
	t.origin = m.Chat.Channel
	for _, a := range m.Attachments {
		if !a.held() {
			continue
		}
		a.Source = ""
		t.conv.Attached = last(append(slices.Clone(t.conv.Attached), a), maxAttached)
		if a.Key != "" {
			t.conv.Copies = Copies{last(append(slices.Clone(t.conv.Copies.Keys), a.Key), maxCopies), t.now}
		}
	}
}

func last[T any](all []T, n int) []T { return all[max(0, len(all)-n):] }

// held reports whether an officer could be shown a: there is a copy, or there
// will be, or it needs none.
func (a Attachment) held() bool { return a.Key != "" || a.Kind == AttachLocation }

// received answers a message without words: what came is kept for a while and
// can go along to an officer, but nobody reads it here.
func (t *turn) received(m Message) {
	t.count("message.other")
	i := slices.IndexFunc(m.Attachments, Attachment.held)
	if i < 0 {
		t.notice(t.texts.say(textMedia), t.officerButton(), t.menuButton())
		return
	}
	key, ok := map[AttachmentKind]textKey{
		AttachPhoto: textThingPhoto, AttachVoice: textThingVoice, AttachVideo: textThingVideo, AttachLocation: textThingLocation,
	}[m.Attachments[i].Kind]
	if !ok {
		key = textThingFile
	}
	text := t.texts.say(textReceived, "vật", t.texts.say(key))
	if key == textThingPhoto {
		text += " " + t.texts.say(textNoPapers)
	}
	t.notice(text, t.officerButton(), t.menuButton())
}

// dropCopies has everything deleted that was kept of what the chat sent.
func (t *turn) dropCopies() {
	for _, key := range t.was.Copies.Keys {
		t.step.Letters = append(t.step.Letters, DropMedia(t.origin, key))
	}
}

// Kept reports whether a copy is made of attachments of that kind.
func (k AttachmentKind) Kept() bool {
	switch k {
	case AttachPhoto, AttachVoice, AttachVideo, AttachFile:
		return true
	}
	return false
}
