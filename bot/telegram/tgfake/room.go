package tgfake

import (
	"context"
	"strconv"
)

// anonymous is the account behind which administrators hide.
const anonymous = 1087968824

// Room is a supergroup that the bot is in.
type Room struct {
	s    *Server
	chat *chat
}

// Room returns a new one.
func (s *Server) Room(title string) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := newChat(Chat{ID: -1_000_000_000_000 - s.id(), Type: "supergroup", Title: title, Forum: true})
	s.chats[c.ID] = c
	return &Room{s, c}
}

// ID is the room's number.
func (r *Room) ID() string { return strconv.FormatInt(r.chat.ID, 10) }

// Topic opens a topic and returns its number.
func (r *Room) Topic() int {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	n := len(r.chat.topics) + 2
	r.chat.topics[n] = true
	return n
}

// CloseTopic closes one; RemoveTopic forgets it.
func (r *Room) CloseTopic(thread int) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.chat.topics[thread] = false
}

// RemoveTopic makes it as if there had never been one.
func (r *Room) RemoveTopic(thread int) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	delete(r.chat.topics, thread)
}

// Type lets somebody write, in a topic or in the general one (0).
func (r *Room) Type(p *Person, thread int, text string) int {
	m := textMessage(text)
	if m.Thread, m.InTopic = thread, thread != 0; m.InTopic { // of which all hang on the one that opened it
		m.ReplyTo = &Message{ID: thread, Chat: r.chat.Chat, Date: 1}
	}
	return r.s.write(r.chat, &p.User, m)
}

// Reply lets somebody answer the message of that number, where it stands.
func (r *Room) Reply(p *Person, to int, text string) int {
	m := textMessage(text)
	if m.ReplyTo = r.s.quoted(r.chat, to); m.ReplyTo != nil {
		m.Thread, m.InTopic = m.ReplyTo.Thread, m.ReplyTo.InTopic
	}
	return r.s.write(r.chat, &p.User, m)
}

// Press lets somebody tap a button of the newest message that has one of that label.
func (r *Room) Press(p *Person, label string) error { return r.s.press(r.chat, p.User, label) }

// TypeAnonymously lets an administrator write who hides behind the room.
func (r *Room) TypeAnonymously(text string) int {
	m := textMessage(text)
	room := r.chat.Chat
	m.SenderChat = &room
	return r.s.write(r.chat, &User{ID: anonymous, IsBot: true, Name: "Group", Username: "GroupAnonymousBot"}, m)
}

// Migrate gives the room a new number, as Telegram does once in its life.
func (r *Room) Migrate() *Room {
	to := r.s.Room(r.chat.Title)
	r.s.mu.Lock()
	r.chat.movedTo = to.chat.ID
	r.s.mu.Unlock()
	r.s.write(r.chat, nil, &Message{MigrateTo: to.chat.ID})
	return to
}

// Next waits for the next message of the bot in the room.
func (r *Room) Next(ctx context.Context) (Message, error) { return r.s.unread(ctx, r.chat) }

// Number is ID as a number.
func (r *Room) Number() int64 { return r.chat.ID }

// Shown is the message of that number as all in the room see it now, the zero one if there is none.
func (s *Server) Shown(r *Room, id int) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := r.chat.find(id); m != nil {
		return *m
	}
	return Message{}
}

// PressData lets somebody tap a button that carried data under the message of that
// number, whether it still stands there or not.
func (r *Room) PressData(p *Person, message int, data string) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	m := r.chat.find(message)
	if m == nil {
		m = &Message{ID: message, Chat: r.chat.Chat} // inaccessible: date 0
	}
	r.s.tap(p.User, m, data)
}

// Photo lets somebody answer the message of that number, where it stands, with a
// picture; 0 for no message.
func (r *Room) Photo(p *Person, to int, caption string) int {
	m := &Message{Caption: caption}
	m.attach("photo", p.file(File{}, "\xff\xd8\xff\xe0 a picture"))
	if m.ReplyTo = r.s.quoted(r.chat, to); m.ReplyTo != nil {
		m.Thread, m.InTopic = m.ReplyTo.Thread, m.ReplyTo.InTopic
	}
	return r.s.write(r.chat, &p.User, m)
}

// Screen returns all that the room shows now.
func (r *Room) Screen() []Message { return r.s.screen(r.chat) }
