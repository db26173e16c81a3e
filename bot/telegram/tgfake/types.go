package tgfake

// User is a person or a bot.
type User struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	Name     string `json:"first_name"`
	Username string `json:"username,omitempty"`
	Language string `json:"language_code,omitempty"`
}

// Chat is a private chat or a room.
type Chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title,omitempty"`
	Name  string `json:"first_name,omitempty"`
	Forum bool   `json:"is_forum,omitempty"`
}

// Message is what a chat shows.
type Message struct {
	ID            int       `json:"message_id"`
	Thread        int       `json:"message_thread_id,omitempty"`
	InTopic       bool      `json:"is_topic_message,omitempty"`
	From          *User     `json:"from,omitempty"`
	SenderChat    *Chat     `json:"sender_chat,omitempty"`
	Date          int64     `json:"date"`
	EditDate      int64     `json:"edit_date,omitempty"`
	Chat          Chat      `json:"chat"`
	MediaGroup    string    `json:"media_group_id,omitempty"`
	ForwardOrigin any       `json:"forward_origin,omitempty"`
	Text          string    `json:"text,omitempty"`
	Entities      []Entity  `json:"entities,omitempty"`
	Caption       string    `json:"caption,omitempty"`
	Photo         []File    `json:"photo,omitempty"`
	Voice         *File     `json:"voice,omitempty"`
	Video         *File     `json:"video,omitempty"`
	Document      *File     `json:"document,omitempty"`
	Sticker       *File     `json:"sticker,omitempty"`
	Location      *Location `json:"location,omitempty"`
	Contact       *Contact  `json:"contact,omitempty"`
	Keyboard      *Keyboard `json:"reply_markup,omitempty"`
	MigrateTo     int64     `json:"migrate_to_chat_id,omitempty"`
	MigrateFrom   int64     `json:"migrate_from_chat_id,omitempty"`
	Pinned        *Message  `json:"pinned_message,omitempty"`
	ReplyTo       *Message  `json:"reply_to_message,omitempty"`
}

// Entity marks a part of a text, in UTF-16 units.
type Entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
}

// File is a picture, a voice note or the like.
type File struct {
	ID       string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Size     int64  `json:"file_size,omitempty"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Duration int    `json:"duration,omitempty"`
	Name     string `json:"file_name,omitempty"`
	Type     string `json:"mime_type,omitempty"`
	Emoji    string `json:"emoji,omitempty"`
	Kind     string `json:"type,omitempty"`        // of a sticker
	Animated bool   `json:"is_animated,omitempty"` // of a sticker
	IsVideo  bool   `json:"is_video,omitempty"`    // of a sticker
}

// Location is a place.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Contact is a card.
type Contact struct {
	Phone  string `json:"phone_number"`
	Name   string `json:"first_name"`
	UserID int64  `json:"user_id,omitempty"`
}

// Keyboard is what stands under a message.
type Keyboard struct {
	Rows [][]Button `json:"inline_keyboard"`
}

// Button is one of its buttons.
type Button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// Command is an entry of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}
