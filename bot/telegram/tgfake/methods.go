package tgfake

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// do carries a method out.
func (s *Server) do(ctx context.Context, method string, p params) (any, error) {
	switch method {
	case "getUpdates":
		return s.getUpdates(ctx, p)
	case "setWebhook":
		return s.setWebhook(p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch method {
	case "getMe":
		return s.me, nil
	case "deleteWebhook":
		return s.deleteWebhook(p)
	case "getWebhookInfo":
		return s.webhookInfo(), nil
	case "sendMessage":
		return s.sendMessage(p)
	case "sendPhoto", "sendVoice", "sendVideo", "sendDocument":
		return s.sendFile(strings.ToLower(strings.TrimPrefix(method, "send")), p)
	case "sendLocation":
		return s.sendLocation(p)
	case "sendChatAction":
		return s.sendChatAction(p)
	case "editMessageText":
		return s.editMessageText(p)
	case "editMessageReplyMarkup":
		return s.editMessageReplyMarkup(p)
	case "deleteMessage":
		return s.deleteMessage(p)
	case "answerCallbackQuery":
		return s.answerCallbackQuery(p)
	case "setMyCommands":
		return s.setMyCommands(p)
	case "getMyCommands":
		return s.commands[p.text("scope")+"/"+p.text("language_code")], nil
	case "getFile":
		return s.getFile(p)
	}
	return nil, refuse(http.StatusNotFound, "Not Found: method not found")
}

// target finds the chat that a request is for, and whether we may write there.
func (s *Server) target(p params) (*chat, int, error) {
	id, err := p.number("chat_id")
	if err != nil {
		return nil, 0, err
	}
	c := s.chats[id]
	switch {
	case p.text("chat_id") == "":
		return nil, 0, bad("chat_id is empty")
	case c == nil:
		return nil, 0, bad("chat not found")
	case c.movedTo != 0:
		return nil, 0, &refusal{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: c.movedTo}
	case c.blocked && c.Type == "private":
		return nil, 0, refuse(http.StatusForbidden, "Forbidden: bot was blocked by the user")
	case c.blocked:
		return nil, 0, refuse(http.StatusForbidden, "Forbidden: bot was kicked from the supergroup chat")
	}
	thread, err := p.number("message_thread_id")
	if err != nil {
		return nil, 0, err
	}
	if thread != 0 {
		open, known := c.topics[int(thread)]
		switch {
		case !known:
			return nil, 0, bad("message thread not found")
		case !open:
			return nil, 0, bad("TOPIC_CLOSED")
		}
	}
	return c, int(thread), nil
}

func (s *Server) sendMessage(p params) (any, error) {
	c, thread, err := s.target(p)
	if err != nil {
		return nil, err
	}
	text, err := parseText(p.text("text"), p.text("parse_mode"), maxText)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, bad("message text is empty")
	}
	keyboard, err := readKeyboard(p)
	if err != nil {
		return nil, err
	}
	var preview struct{}
	if _, err := p.object("link_preview_options", &preview); err != nil {
		return nil, err
	}
	return s.say(c, &Message{Thread: thread, InTopic: thread != 0, Text: text, Keyboard: keyboard}), nil
}

// say brings a message of the bot to a chat.
func (s *Server) say(c *chat, m *Message) *Message {
	me := s.me
	m.ID, m.From, m.Date, m.Chat = int(s.id()), &me, s.clock.Now().Unix(), c.Chat
	if !s.load {
		c.show(m)
	}
	shown := *m
	return &shown
}

func (s *Server) sendFile(kind string, p params) (any, error) {
	c, thread, err := s.target(p)
	if err != nil {
		return nil, err
	}
	caption, err := parseText(p.text("caption"), p.text("parse_mode"), maxCaption)
	if err != nil {
		return nil, err
	}
	keyboard, err := readKeyboard(p)
	if err != nil {
		return nil, err
	}
	file, err := s.fileOf(kind, p)
	if err != nil {
		return nil, err
	}
	m := &Message{Thread: thread, InTopic: thread != 0, Caption: caption, Keyboard: keyboard}
	m.attach(kind, file)
	return s.say(c, m), nil
}

func (s *Server) sendLocation(p params) (any, error) {
	c, thread, err := s.target(p)
	if err != nil {
		return nil, err
	}
	latitude, err1 := strconv.ParseFloat(p.text("latitude"), 64)
	longitude, err2 := strconv.ParseFloat(p.text("longitude"), 64)
	if err1 != nil || err2 != nil {
		return nil, bad("location must be specified")
	}
	keyboard, err := readKeyboard(p)
	if err != nil {
		return nil, err
	}
	return s.say(c, &Message{Thread: thread, InTopic: thread != 0, Location: &Location{latitude, longitude}, Keyboard: keyboard}), nil
}

// fileOf is an upload, or a file the bot has seen before.
func (s *Server) fileOf(kind string, p params) (File, error) {
	value := p.text(kind)
	name := kind
	if attached, ok := strings.CutPrefix(value, "attach://"); ok {
		name = attached
	}
	if up, ok := p.files[name]; ok {
		if len(up.data) == 0 {
			return File{}, bad("file must be non-empty")
		}
		return s.keep(File{Name: up.name, Type: up.kind, Size: int64(len(up.data))}, up.data), nil
	}
	if known, ok := s.files[value]; ok {
		return known.File, nil
	}
	return File{}, bad("wrong file identifier/HTTP URL specified")
}

// keep makes a file of its own; the caller holds mu.
func (s *Server) keep(f File, data []byte) File {
	n := s.id()
	f.ID, f.UniqueID = fmt.Sprintf("FILE-%d", n), fmt.Sprintf("U%d", n)
	s.files[f.ID] = stored{f, data}
	return f
}

func (s *Server) sendChatAction(p params) (any, error) {
	if _, _, err := s.target(p); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"typing", "upload_photo", "upload_voice", "upload_video", "upload_document"}, p.text("action")) {
		return nil, bad("wrong parameter action in request")
	}
	return true, nil
}

func (s *Server) editMessageText(p params) (any, error) {
	m, err := s.ours(p)
	if err != nil {
		return nil, err
	}
	text, err := parseText(p.text("text"), p.text("parse_mode"), maxText)
	if err != nil {
		return nil, err
	}
	keyboard, err := readKeyboard(p)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, bad("message text is empty")
	}
	if m.Text == text && sameKeyboard(m.Keyboard, keyboard) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Text, m.Keyboard, m.EditDate = text, keyboard, s.clock.Now().Unix()
	return *m, nil
}

func (s *Server) editMessageReplyMarkup(p params) (any, error) {
	m, err := s.ours(p)
	if err != nil {
		return nil, err
	}
	keyboard, err := readKeyboard(p)
	if err != nil {
		return nil, err
	}
	if sameKeyboard(m.Keyboard, keyboard) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Keyboard, m.EditDate = keyboard, s.clock.Now().Unix()
	return *m, nil
}

func (s *Server) deleteMessage(p params) (any, error) {
	m, err := s.ours(p)
	if err != nil {
		return nil, bad("message to delete not found")
	}
	c := s.chats[m.Chat.ID]
	c.shown = slices.DeleteFunc(c.shown, func(o *Message) bool { return o == m })
	return true, nil
}

// ours finds a message that the bot wrote.
func (s *Server) ours(p params) (*Message, error) {
	c, _, err := s.target(p)
	if err != nil {
		return nil, err
	}
	id, err := p.number("message_id")
	if err != nil {
		return nil, err
	}
	m := c.find(int(id))
	switch {
	case m == nil:
		return nil, bad("message to edit not found")
	case m.From == nil || m.From.ID != s.me.ID:
		return nil, bad("message can't be edited")
	}
	return m, nil
}

// tapLife is how long a tap may be answered.
const tapLife = 150 * time.Second

func (s *Server) answerCallbackQuery(p params) (any, error) {
	q := s.queries[p.text("callback_query_id")]
	if q == nil || q.answered || s.clock.Now().Sub(q.at) > tapLife {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	if utf8.RuneCountInString(p.text("text")) > 200 {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	q.answered = true
	return true, nil
}

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) setMyCommands(p params) (any, error) {
	var commands []Command
	if given, err := p.object("commands", &commands); err != nil || !given {
		return nil, bad("can't parse commands")
	}
	if len(commands) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range commands {
		if !commandName.MatchString(c.Command) {
			return nil, bad("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	if l := p.text("language_code"); l != "" && len(l) != 2 {
		return nil, bad("invalid language code specified")
	}
	s.commands[p.text("scope")+"/"+p.text("language_code")] = commands
	return true, nil
}

// Commands returns the menu set for a language, "" for all others.
func (s *Server) Commands(language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands["/"+language])
}

// maxDownload is the largest file a bot can fetch.
const maxDownload = 20 << 20

func (s *Server) getFile(p params) (any, error) {
	f, ok := s.files[p.text("file_id")]
	switch {
	case !ok:
		return nil, bad("invalid file_id")
	case f.Size > maxDownload:
		return nil, bad("file is too big")
	}
	return map[string]any{
		"file_id": f.ID, "file_unique_id": f.UniqueID, "file_size": f.Size, "file_path": "files/" + f.ID,
	}, nil
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, rest string) {
	token, path, _ := strings.Cut(rest, "/")
	s.mu.Lock()
	f, ok := s.files[strings.TrimPrefix(path, "files/")]
	s.mu.Unlock()
	if token != s.token || !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(f.data)))
	_, _ = w.Write(f.data)
}
