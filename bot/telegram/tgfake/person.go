package tgfake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Person is one person with a private chat with the bot. What they do comes to
// the bot as updates.
type Person struct {
	s    *Server
	chat *chat
	User User
}

// Person returns somebody new.
func (s *Server) Person(name string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	c := newChat(Chat{ID: id, Type: "private", Name: name})
	s.chats[id] = c
	return &Person{s: s, chat: c, User: User{ID: id, Name: name, Language: "vi"}}
}

// ID is the person's number, which is that of the chat too.
func (p *Person) ID() string { return strconv.FormatInt(p.User.ID, 10) }

// write puts a message of the person into the chat and queues its update.
func (p *Person) write(m *Message) int { return p.s.write(p.chat, &p.User, m) }

func (s *Server) write(c *chat, from *User, m *Message) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.ID, m.Date, m.Chat = int(s.id()), s.clock.Now().Unix(), c.Chat
	if from != nil {
		u := *from
		m.From = &u
	}
	c.shown = append(c.shown, m)
	if !c.blocked {
		s.add("message", "chat "+strconv.FormatInt(c.ID, 10), m)
	}
	return m.ID
}

func textMessage(text string) *Message {
	m := &Message{Text: text}
	if strings.HasPrefix(text, "/") {
		command, _, _ := strings.Cut(text, " ")
		m.Entities = []Entity{{Type: "bot_command", Length: units(command)}}
	}
	return m
}

// Type sends a line and returns its number.
func (p *Person) Type(text string) int { return p.write(textMessage(text)) }

// Update returns the update of a line and queues nothing: for whoever brings
// updates to the bot by a way of their own.
func (p *Person) Update(text string) []byte {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := textMessage(text)
	m.ID, m.Date, m.Chat, m.From = int(p.s.id()), p.s.clock.Now().Unix(), p.chat.Chat, &p.User
	return p.s.updates.number("message", m)
}

// Reply answers the message of that number.
func (p *Person) Reply(to int, text string) int {
	m := textMessage(text)
	m.ReplyTo = p.s.quoted(p.chat, to)
	return p.write(m)
}

// quoted is a message as it hangs on an answer to it.
func (s *Server) quoted(c *chat, id int) *Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := c.find(id)
	if m == nil {
		return nil
	}
	shown := *m
	shown.ReplyTo = nil
	return &shown
}

// Forward sends on what somebody else wrote.
func (p *Person) Forward(text string) int {
	return p.write(&Message{Text: text, ForwardOrigin: map[string]any{"type": "hidden_user", "sender_user_name": "Ai đó", "date": p.s.clock.Now().Unix()}})
}

// file makes a file of the person's.
func (p *Person) file(f File, data string) File {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f.Size = int64(len(data))
	return p.s.keep(f, []byte(data))
}

// Photo sends a picture, with words under it or none.
func (p *Person) Photo(caption string) int {
	m := &Message{Caption: caption}
	m.attach("photo", p.file(File{}, "\xff\xd8\xff\xe0 a picture"))
	return p.write(m)
}

// Album sends n pictures at once; the words are under the first.
func (p *Person) Album(n int, caption string) {
	p.s.mu.Lock()
	group := fmt.Sprintf("ALBUM-%d", p.s.id())
	p.s.mu.Unlock()
	for i := range n {
		m := &Message{MediaGroup: group}
		if i == 0 {
			m.Caption = caption
		}
		m.attach("photo", p.file(File{}, "\xff\xd8\xff\xe0 a picture"))
		p.write(m)
	}
}

// Voice sends a voice note.
func (p *Person) Voice() int {
	m := &Message{}
	m.attach("voice", p.file(File{Type: "audio/ogg"}, "OggS"))
	return p.write(m)
}

// Video sends a film.
func (p *Person) Video() int {
	m := &Message{}
	m.attach("video", p.file(File{Type: "video/mp4", Name: "phim.mp4"}, "film"))
	return p.write(m)
}

// Document sends a file.
func (p *Person) Document(name string) int {
	m := &Message{}
	m.attach("document", p.file(File{Type: "application/pdf", Name: name}, "%PDF-1.7"))
	return p.write(m)
}

// Sticker sends a sticker.
func (p *Person) Sticker(emoji string) int {
	m := &Message{}
	m.attach("sticker", p.file(File{Emoji: emoji, Kind: "regular"}, "webp"))
	return p.write(m)
}

// Location sends where the person is.
func (p *Person) Location(latitude, longitude float64) int {
	return p.write(&Message{Location: &Location{latitude, longitude}})
}

// Contact sends the person's own card.
func (p *Person) Contact(phone string) int {
	return p.write(&Message{Contact: &Contact{Phone: phone, Name: p.User.Name, UserID: p.User.ID}})
}

// Edit changes the words of a message sent before.
func (p *Person) Edit(id int, text string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.chat.find(id)
	m.Text, m.EditDate = text, p.s.clock.Now().Unix()
	edited := *m
	p.s.add("edited_message", "chat "+p.ID(), &edited)
}

// Press taps a button of the newest message that has one of that label.
func (p *Person) Press(label string) error { return p.s.press(p.chat, p.User, label) }

func (s *Server) press(c *chat, from User, label string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range slices.Backward(c.shown) {
		if m.Keyboard == nil {
			continue
		}
		for _, b := range slices.Concat(m.Keyboard.Rows...) {
			if b.Text == label && b.Data != "" {
				s.tap(from, m, b.Data)
				return nil
			}
		}
	}
	return errors.New("no such button")
}

// PressData taps a button that carried data under a message of any age, or
// under one that nobody can see any more if its number is unknown.
func (p *Person) PressData(message int, data string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.chat.find(message)
	if m == nil {
		m = &Message{ID: message, Chat: p.chat.Chat} // inaccessible: date 0
	}
	p.s.tap(p.User, m, data)
}

func (s *Server) tap(from User, m *Message, data string) {
	id := strconv.FormatInt(s.id(), 10)
	s.queries[id] = &query{at: s.clock.Now()}
	shown := *m
	s.add("callback_query", "taps "+strconv.FormatInt(from.ID, 10), map[string]any{
		"id": id, "from": from, "message": &shown, "chat_instance": "1", "data": data,
	})
}

// Answered tells of how many taps the phone was told that they arrived, and of how many not.
func (s *Server) Answered() (yes, no int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queries {
		if q.answered {
			yes++
		} else {
			no++
		}
	}
	return yes, no
}

// Block shuts the bot out; Unblock lets it in again.
func (p *Person) Block() { p.member("member", "kicked") }

// Unblock lets the bot in again.
func (p *Person) Unblock() { p.member("kicked", "member") }

func (p *Person) member(before, after string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.chat.blocked = after == "kicked"
	state := func(status string) map[string]any {
		return map[string]any{"user": p.s.me, "status": status, "until_date": 0}
	}
	p.s.add("my_chat_member", "member "+p.ID(), map[string]any{
		"chat": p.chat.Chat, "from": p.User, "date": p.s.clock.Now().Unix(),
		"old_chat_member": state(before), "new_chat_member": state(after),
	})
}

// Next waits for the next message of the bot that the person has not seen.
func (p *Person) Next(ctx context.Context) (Message, error) { return p.s.unread(ctx, p.chat) }

func (s *Server) unread(ctx context.Context, c *chat) (Message, error) {
	for {
		s.mu.Lock()
		news := c.news
		if len(c.unread) > 0 {
			m := *c.unread[0]
			c.unread = c.unread[1:]
			s.mu.Unlock()
			return m, nil
		}
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return Message{}, ctx.Err()
		case <-news:
		}
	}
}

// Screen returns all that the chat shows now.
func (p *Person) Screen() []Message { return p.s.screen(p.chat) }

func (s *Server) screen(c *chat) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range c.shown {
		out = append(out, *m)
	}
	return out
}
