package zbfake

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// Message is what a chat shows.
type Message struct {
	ID      string
	FromBot bool
	Text    string
	Photo   string // its address
	Caption string
	Voice   string
	Sticker string
	Type    string // as told by whoever served Data
	Data    []byte // of the picture or voice, if it was fetched
}

// chat is a private chat or a group.
type chat struct {
	id     string
	group  bool
	wrote  bool // somebody has; before that a bot cannot send
	shown  []Message
	unread []Message
	news   chan struct{} // closed and made anew when the bot wrote
}

func (c *chat) show(m Message) {
	c.shown = append(c.shown, m)
	c.unread = append(c.unread, m)
	close(c.news)
	c.news = make(chan struct{})
}

func (s *Server) newChat(id string, group bool) *chat {
	c := &chat{id: id, group: group, news: make(chan struct{})}
	s.chats[id] = c
	return c
}

// Person is one person with a private chat with the bot.
type Person struct {
	s    *Server
	chat *chat
	ID   string
	Name string
}

// Person returns somebody new.
func (s *Server) Person(name string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	return &Person{s: s, chat: s.newChat(id, false), ID: id, Name: name}
}

// Group is a group that the bot is in.
type Group struct {
	s    *Server
	chat *chat
}

// Group returns a new one.
func (s *Server) Group() *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Group{s, s.newChat(s.id(), true)}
}

// ID is the group's.
func (g *Group) ID() string { return g.chat.id }

// Mention lets somebody write to the bot there.
func (g *Group) Mention(p *Person, text string) {
	g.s.write(g.chat, p, "message.text.received", Message{Text: text}, map[string]any{"text": "@Bot " + text})
}

// write puts what a person did into the chat and queues its event.
func (s *Server) write(c *chat, p *Person, event string, m Message, content map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.ID = s.id()
	c.wrote = true
	c.shown = append(c.shown, m)
	name, kind := "display_name", "PRIVATE"
	if s.o.Form.Live {
		name = "name"
	}
	if c.group {
		kind = "GROUP"
	}
	message := map[string]any{
		"message_id": m.ID, "date": s.stamp(s.clock.Now()),
		"from": map[string]any{"id": p.ID, name: p.Name, "is_bot": false},
		"chat": map[string]any{"id": c.id, "chat_type": kind},
	}
	for key, v := range content {
		if v == nil {
			delete(message, key)
		} else {
			message[key] = v
		}
	}
	s.add(c.id, map[string]any{"event_name": event, "message": message})
}

func (p *Person) write(event string, m Message, content map[string]any) {
	p.s.write(p.chat, p, event, m, content)
}

// Type sends a line.
func (p *Person) Type(text string) {
	p.write("message.text.received", Message{Text: text}, map[string]any{"text": text})
}

// Photo sends a picture, with words under it or none.
func (p *Person) Photo(caption string) {
	name, address := "photo", "https://photo-stal-1.zdn.vn/jpg/4f1a9c.jpg"
	if p.s.o.Form.Live {
		name = "photo_url"
	}
	content := map[string]any{name: address}
	if caption != "" {
		content["caption"] = caption
	}
	p.write("message.image.received", Message{Photo: address, Caption: caption}, content)
}

// Voice sends a voice note.
func (p *Person) Voice() {
	address := "https://voice-stal-1.zdn.vn/a0b1.aac"
	p.write("message.voice.received", Message{Voice: address}, map[string]any{"voice_url": address})
}

// Sticker sends a sticker.
func (p *Person) Sticker() {
	p.write("message.sticker.received", Message{Sticker: "bfe458bf64fa8da4d4eb"},
		map[string]any{"sticker": "bfe458bf64fa8da4d4eb", "url": "https://zalo-api.zadn.vn/sticker?eid=1"})
}

// Whisper sends something that the platform keeps from bots: its kind is not
// supported, or its sender is protected.
func (p *Person) Whisper(text string) {
	p.write("message.unsupported.received", Message{Text: text}, nil)
}

// WhisperNowhere does the same, and the event does not even say where.
func (p *Person) WhisperNowhere() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.chat.wrote = true
	p.s.add(p.ID, map[string]any{"event_name": "message.unsupported.received"})
}

var choice = regexp.MustCompile(`^([0-9]+)\. (.+)$`)

// Choose types the number that stands before label in the bot's last message
// that has it in a list.
func (p *Person) Choose(label string) error {
	for _, m := range slices.Backward(p.Screen()) {
		for line := range strings.SplitSeq(m.Text+"\n"+m.Caption, "\n") {
			if found := choice.FindStringSubmatch(line); m.FromBot && found != nil && found[2] == label {
				p.Type(found[1])
				return nil
			}
		}
	}
	return errors.New("no such choice")
}

// Next waits for the next message of the bot that the person has not seen.
func (p *Person) Next(ctx context.Context) (Message, error) { return p.s.next(ctx, p.chat) }

// Next waits for the next message of the bot in the group.
func (g *Group) Next(ctx context.Context) (Message, error) { return g.s.next(ctx, g.chat) }

func (s *Server) next(ctx context.Context, c *chat) (Message, error) {
	for {
		s.mu.Lock()
		news := c.news
		if len(c.unread) > 0 {
			m := c.unread[0]
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

// Unread returns the bot's messages that the person has not seen.
func (p *Person) Unread() []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	unread := p.chat.unread
	p.chat.unread = nil
	return unread
}

// Screen returns all that the chat shows.
func (p *Person) Screen() []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return slices.Clone(p.chat.shown)
}
