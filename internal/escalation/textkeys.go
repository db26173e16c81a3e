package escalation

// The sentences of texts.vi.yaml.
const (
	textTellAnswer       textKey = "dân trả lời"
	textTellEntry        textKey = "dân gửi bài"
	textTellEntryGone    textKey = "dân bài không còn"
	textTellAsk          textKey = "dân hỏi lại"
	textTellFiles        textKey = "dân xem kèm"
	textWordList         textKey = "từ việc"
	textWordListRoom     textKey = "từ việc ở nhóm"
	textTellCheck        textKey = "dân mã kiểm"
	textTellMoved        textKey = "dân chuyển nơi"
	textTellReferred     textKey = "dân chỉ nơi khác"
	textTellFull         textKey = "dân đầy"
	textCardMoved        textKey = "thẻ chuyển tới"
	textCardAway         textKey = "thẻ đã đi"
	textSaidDone         textKey = "nói xong"
	textTellLate         textKey = "dân trễ hẹn"
	textTellRemind       textKey = "dân nhắc trả lời"
	textTellSilent       textKey = "dân khép vì im"
	textTellDone         textKey = "dân xong việc"
	textButtonClear      textKey = "nút rõ rồi"
	textButtonUnclear    textKey = "nút chưa rõ"
	textButtonElse       textKey = "nút hỏi việc khác"
	textWhoIsResponsible textKey = "nơi phụ trách"
	textCardHead         textKey = "thẻ dòng đầu"
	textCardUrgent       textKey = "thẻ gấp"
	textCardConfidential textKey = "thẻ kín"
	textCardProposal     textKey = "thẻ kiến nghị"
	textDueBefore        textKey = "hạn trước"
	textDueMissed        textKey = "hạn đã qua"
	textDueStopped       textKey = "hạn dừng"
	textDueClosed        textKey = "hạn khép"
	textCardNoQuestion   textKey = "thẻ không câu hỏi"
	textCardTurns        textKey = "thẻ trước đó"
	textCardTurnEntry    textKey = "thẻ đã cho bài"
	textCardTurnNone     textKey = "thẻ chưa cho bài"
	textCardTurnAbove    textKey = "thẻ câu trên"
	textCardAsker        textKey = "thẻ người hỏi"
	textCardNoPlace      textKey = "thẻ chưa rõ xã"
	textCardSession      textKey = "thẻ buổi"
	textCardPhone        textKey = "thẻ điện thoại"
	textCardFiles        textKey = "thẻ kèm"
	textCardWindow       textKey = "thẻ cửa sổ"
	textWindowLeft       textKey = "cửa sổ còn"
	textWindowAny        textKey = "cửa sổ không đếm"
	textWindowOver       textKey = "cửa sổ hết"
	textCardSaid         textKey = "thẻ đã nói"
	textSaidResident     textKey = "nói dân"
	textSaidAnswer       textKey = "nói cán bộ"
	textSaidEntry        textKey = "nói bài"
	textSaidAsk          textKey = "nói hỏi"
	textEndUnderWay      textKey = "gửi đang"
	textEndSent          textKey = "gửi xong"
	textEndHeld          textKey = "gửi chờ"
	textEndFailed        textKey = "gửi hỏng"
	textEndDropped       textKey = "gửi bỏ"
	textFailedAsk        textKey = "làm gì khi hỏng"
	textFailedCall       textKey = "gọi khi hỏng"
	textCardNear         textKey = "thẻ bài gần"
	textCardTake         textKey = "thẻ mời nhận"
	textCardTakeOwn      textKey = "thẻ mời nhận riêng"
	textCardWrite        textKey = "thẻ mời viết"
	textCardWait         textKey = "thẻ mời chờ"
	textAgeMinutes       textKey = "tuổi phút"
	textAgeHours         textKey = "tuổi giờ"
	textAgeDays          textKey = "tuổi ngày"
	textOfficerAtDesk    textKey = "ai có bộ phận"
	textOfficerUnknown   textKey = "cán bộ không tên"
	textDeskUnknown      textKey = "bộ phận không tên"
	textNoteTaken        textKey = "báo đã nhận"
	textNoteTakenRoom    textKey = "báo đã nhận ở nhóm"
	textNoteTooLate      textKey = "báo chậm tay"
	textNoteNotHolder    textKey = "báo người khác giữ"
	textNoteOver         textKey = "báo đã khép"
	textNoteSent         textKey = "báo đã gửi"
	textNoteHeld         textKey = "báo chờ gửi"
	textNoteHeldCall     textKey = "báo chờ gửi gọi"
	textNoteHeldAsk      textKey = "báo chờ gửi nhờ"
	textNoteFailed       textKey = "báo gửi hỏng"
	textNoteDropped      textKey = "báo gửi bỏ"
	textNoteMore         textKey = "báo nhắn thêm"
	textNoteMoreFiles    textKey = "báo gửi thêm tệp"
	textNoteUnclear      textKey = "báo chưa rõ"
	textNoteUnclearText  textKey = "báo chưa rõ lời"
	textNoteAnswerHere   textKey = "báo mời trả lời"
	textNoteAnswerRoom   textKey = "báo mời trả lời ở nhóm"
	textNotePressed      textKey = "báo người dân hỏi"
	textNoteReleased     textKey = "báo thu lại"
	textNoteWithdrawn    textKey = "báo rút lại"
	textNoteUnreached    textKey = "báo không ai nhận được"
	textNoteHandedOver   textKey = "báo đã chuyển"
	textNoteReferred     textKey = "báo đã chỉ"
	textNoteDoneLost     textKey = "báo xong không tới"
	textNotePhone        textKey = "báo điện thoại"
	textButtonTake       textKey = "nút nhận"
	textButtonNotOurs    textKey = "nút không phải"
	textButtonAsk        textKey = "nút hỏi lại"
	textButtonTransfer   textKey = "nút chuyển"
	textButtonDone       textKey = "nút xong"
	textButtonRelease    textKey = "nút trả lại"
	textButtonMore       textKey = "nút cách khác"
	textButtonEntry      textKey = "nút gửi bài"
	textButtonSend       textKey = "nút gửi"
	textButtonEdit       textKey = "nút sửa"
	textButtonDrop       textKey = "nút bỏ"
	textButtonNextPage   textKey = "nút xem tiếp"
	textButtonNobody     textKey = "nút chưa biết ai"
	textOfficerWelcome   textKey = "chào cán bộ"
	textOfficerHelp      textKey = "giúp"
	textOfficerAbsence   textKey = "nghỉ"
	textListEmpty        textKey = "không có việc"
	textListHead         textKey = "danh sách"
	textListHeadRoom     textKey = "danh sách ở nhóm"
	textListLine         textKey = "danh sách dòng"
	textMorningHead      textKey = "buổi sáng"
	textMorningKeep      textKey = "giữ kênh"
	textMorningKept      textKey = "đã giữ kênh"
	textCaseNotFound     textKey = "không thấy hồ sơ"
	textNumberStale      textKey = "số không có"
	textPressStale       textKey = "nút cũ"
	textWhichCase        textKey = "việc nào"
	textWhichLine        textKey = "việc nào dòng"
	textPreviewAnswer    textKey = "xem lại"
	textPreviewAsk       textKey = "xem lại hỏi"
	textPreviewEntry     textKey = "xem lại bài"
	textPreviewTransfer  textKey = "xem lại chuyển"
	textPreviewRefer     textKey = "xem lại chỉ nơi"
	textPreviewDone      textKey = "xem lại xong"
	textPreviewClose     textKey = "xem lại khép"
	textPreviewReason    textKey = "xem lại lý do"
	textPreviewFiles     textKey = "xem lại kèm"
	textPreviewCut       textKey = "xem lại cắt"
	textPreviewWarning   textKey = "xem lại nhắc"
	textPromptAsk        textKey = "mời hỏi lại"
	textPromptEdit       textKey = "mời sửa"
	textPromptRoom       textKey = "mời ở nhóm"
	textChooseDesk       textKey = "chọn bộ phận"
	textNoOtherDesk      textKey = "không nơi kín khác"
	textNoSuchDesk       textKey = "không thấy bộ phận"
	textChooseWhyMoved   textKey = "chọn lý do chuyển"
	textChooseWhyDone    textKey = "chọn lý do xong"
	textMoreWays         textKey = "cách khác"
	textSending          textKey = "đang gửi"
	textClosing          textKey = "đang khép"
	textTellingDone      textKey = "đang báo xong"
	textDropped          textKey = "đã bỏ"
	textDroppedLoose     textKey = "đã bỏ chưa chọn"
	textNothingToDrop    textKey = "không có gì để bỏ"
	textLapsed           textKey = "bỏ vì lâu"
	textLapsedLoose      textKey = "bỏ vì lâu chưa chọn"
	textReplaced         textKey = "bỏ vì việc khác"
	textDraftWaits       textKey = "chờ gửi nốt"
	textDraftWaitsLoose  textKey = "chờ gửi nốt chưa chọn"
	textCardLate         textKey = "thẻ đến sau"
	textSentToNobody     textKey = "chưa gửi ai"
	textFileRefused      textKey = "chưa nhận tệp"
	textMessageLate      textKey = "tin đến trễ"
	textUpdateLine       textKey = "đổi chung"
	textNoTitle          textKey = "không có câu hỏi"
)

// textFamily begins the keys of sentences of which there is one for each value of
// something; the rest of the key is the value.
type textFamily string

// The families.
const (
	familyState   textFamily = "tình trạng "     // bot.CaseState
	familyWeekday textFamily = "thứ "            // time.Weekday, 0 to 6
	familyChannel textFamily = "kênh "           // a channel's name, or «khác»
	familyFiles   textFamily = "tệp "            // bot.AttachmentKind, or «khác»
	familyReason  textFamily = "vì "             // why a message failed, or «khác»
	familyUpdate  textFamily = "đổi "            // Kind of the last thing that happened; without words nothing is said
	familyRung    textFamily = "báo nhắc "       // halves of the ladder, or «khác»
	familyRefused textFamily = "báo không được " // why an event was refused, or «khác»
	familyDone    textFamily = "xong "           // number, from 1
	familyMoved   textFamily = "chuyển vì "      // number, from 1
)

// of returns the key for a value, and false if there are no words for it.
func (t texts) of(f textFamily, value string) (textKey, bool) {
	key := textKey(string(f) + value)
	return key, t.has(key)
}

// among returns the key for a value, or that for anything else.
func (t texts) among(f textFamily, value string) textKey {
	if key, ok := t.of(f, value); ok {
		return key
	}
	return textKey(string(f) + textOther)
}

// textOther is the value that stands for all without words of their own.
const textOther = "khác"
