package tgfake

import "slices"

// chat is a private chat or a room, as all in it see it.
type chat struct {
	Chat
	shown   []*Message
	news    chan struct{} // closed and made anew when the bot wrote
	unread  []*Message    // of the bot
	blocked bool
	movedTo int64
	topics  map[int]bool // whether it is open
}

func newChat(c Chat) *chat {
	return &chat{Chat: c, news: make(chan struct{}), topics: map[int]bool{}}
}

// show puts what the bot wrote into the chat.
func (c *chat) show(m *Message) {
	c.shown = append(c.shown, m)
	c.unread = append(c.unread, m)
	close(c.news)
	c.news = make(chan struct{})
}

func (c *chat) find(id int) *Message {
	i := slices.IndexFunc(c.shown, func(m *Message) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return c.shown[i]
}

// attach hangs a file on m.
func (m *Message) attach(kind string, f File) {
	switch kind {
	case "photo":
		small := f
		small.ID, small.UniqueID, small.Width, small.Height, small.Size = "thumb-"+f.ID, "thumb-"+f.UniqueID, 90, 90, f.Size/10
		f.Width, f.Height, f.Name, f.Type = 1280, 960, "", ""
		m.Photo = []File{small, f}
	case "voice":
		f.Duration, f.Name = 3, ""
		m.Voice = &f
	case "video":
		f.Duration = 3
		m.Video = &f
	case "sticker":
		m.Sticker = &f
	default:
		m.Document = &f
	}
}
