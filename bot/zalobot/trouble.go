package zalobot

// Troubles, as an operator reads them.
const (
	troubleSetup    = "chưa thiết lập được với Zalo, sẽ thử lại"
	troubleToken    = "Zalo không nhận mã bot: lấy mã mới trong «Zalo Bot Creator», ghi vào zalo_bot.token rồi chạy lại" //nolint:gosec // no token
	troublePoll     = "Zalo không trả lời, sẽ thử lại"
	troubleConflict = "có chương trình khác đang lấy tin của bot này, hoặc webhook đang đặt: tắt bên kia đi"
	troubleIntake   = "chưa lưu được tin bà con gửi"
	troubleLease    = "không gia hạn được lượt lấy tin"
	troubleTakeover = "webhook bị bên khác đổi, đã đặt lại"
	troubleVerify   = "Zalo chưa gọi tới được webhook"
	troubleTests    = "hết lượt thử webhook của hôm nay, webhook vẫn như trước"
	troubleQuota    = "Zalo báo hết hạn mức tin của gói: tin chờ lại, bà con chưa nhận được. Nâng gói hoặc chuyển bà con sang kênh khác"
)
