package telegram

import (
	"github.com/doithoai/doithoai/bot"
)

// attachments returns what came beside or instead of text; empty for mere text.
func attachments(m *message) []bot.Attachment {
	var a bot.Attachment
	switch {
	case len(m.Photo) > 0:
		best := m.Photo[0]
		for _, p := range m.Photo { // sorted by size, says the documentation
			if p.Width*p.Height >= best.Width*best.Height {
				best = p
			}
		}
		a = bot.Attachment{Kind: bot.AttachPhoto, Source: best.FileID, Size: int64(best.FileSize)}
	case m.Voice != nil:
		a = bot.Attachment{Kind: bot.AttachVoice, Source: m.Voice.FileID, Type: m.Voice.MimeType, Size: int64(m.Voice.FileSize)}
	case m.Audio != nil:
		a = bot.Attachment{Kind: bot.AttachVoice, Source: m.Audio.FileID, Name: m.Audio.FileName, Type: m.Audio.MimeType, Size: int64(m.Audio.FileSize)}
	case m.Video != nil:
		a = bot.Attachment{Kind: bot.AttachVideo, Source: m.Video.FileID, Name: m.Video.FileName, Type: m.Video.MimeType, Size: int64(m.Video.FileSize)}
	case m.VideoNote != nil:
		a = bot.Attachment{Kind: bot.AttachVideo, Source: m.VideoNote.FileID, Size: int64(m.VideoNote.FileSize)}
	case m.Animation != nil: // a document of the same file stands beside it
		a = bot.Attachment{Kind: bot.AttachVideo, Source: m.Animation.FileID, Name: m.Animation.FileName, Type: m.Animation.MimeType, Size: int64(m.Animation.FileSize)}
	case m.Document != nil:
		a = bot.Attachment{Kind: bot.AttachFile, Source: m.Document.FileID, Name: m.Document.FileName, Type: m.Document.MimeType, Size: int64(m.Document.FileSize)}
	case m.Sticker != nil:
		a = bot.Attachment{Kind: bot.AttachSticker, Source: m.Sticker.FileID, Size: int64(m.Sticker.FileSize), Text: bot.Clean(m.Sticker.Emoji)}
	case m.Venue != nil: // a location of the same place stands beside it
		a = bot.Attachment{Kind: bot.AttachLocation, Latitude: m.Venue.Location.Latitude, Longitude: m.Venue.Location.Longitude, Text: bot.Clean(m.Venue.Title)}
	case m.Location != nil:
		a = bot.Attachment{Kind: bot.AttachLocation, Latitude: m.Location.Latitude, Longitude: m.Location.Longitude}
	case m.Contact != nil: // what stands on the card is nobody's business here
		a = bot.Attachment{Kind: bot.AttachContact}
	case m.Text != "":
		return nil
	default:
		a = bot.Attachment{Kind: bot.AttachOther}
	}
	a.Name, a.Type = bot.Clean(a.Name), bot.Clean(a.Type)
	return []bot.Attachment{a}
}
