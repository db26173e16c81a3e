package trouble

// meaning is what an operator reads of a code.
type meaning struct {
	grade      Grade
	what, cure string
}

// meanings is the vocabulary, a flat table.
func meanings() map[Code]meaning {
	return map[Code]meaning{
		StoreDown:     {Fault, "Kho lưu trong Redis không trả lời.", "Xem máy Redis có chạy không và máy này có nối tới được không; chương trình tự nối lại."},
		StoreFull:     {Fault, "Kho lưu đầy, không ghi thêm được.", "Redis: tăng maxmemory hoặc thêm bộ nhớ. Kho trong tệp: dọn đĩa chứa thư mục data."},
		StoreDisk:     {Fault, "Redis không ghi được xuống đĩa nên từ chối mọi tin mới.", "Dọn đĩa của máy Redis, xem nhật ký của Redis; ghi lại được thì nó tự nhận tin."},
		StoreReplicas: {Fault, "Redis không có đủ máy phụ nên không nhận tin.", "Cho các máy phụ của Redis chạy lại, xem min-replicas-to-write."},
		StoreEviction: {Fault, "Redis đầy thì tự vứt tin đã nhận.", "Đặt maxmemory-policy noeviction ở mọi máy Redis."},
		StoreLossy:    {Fault, "Redis được đặt sao cho máy hỏng là mất tin đã nhận.", "Xem mục «Nhiều máy chủ, với Redis» trong docs/van-hanh-tham-khao.md."},
		StoreMemory:   {Warning, "Bộ nhớ của Redis sắp hết.", "Tăng maxmemory hoặc thêm bộ nhớ trước khi đầy."},
		StoreVersion:  {Warning, "Redis cũ hơn bản 7.0.", "Nâng Redis lên 7.0 hoặc mới hơn."},
		StoreBroken:   {Fault, "Không đọc được kho lưu.", "Xem ổ đĩa và nhật ký; phục hồi từ bản chép gần nhất nếu tệp hỏng."},

		SpoolWaiting: {Fault, "Tin của bà con đang chờ trong chỗ ghi tạm vì kho lưu không nhận kịp.", "Xem kho lưu; nó trả lời lại thì tin tự vào."},
		SpoolFull:    {Fault, "Chỗ ghi tạm đã đầy: tin mới bị từ chối.", "Cho kho lưu chạy lại ngay; chỗ ghi tạm vơi thì tin được nhận lại."},
		SpoolDisk:    {Fault, "Đĩa của chỗ ghi tạm không còn chỗ: tin mới bị từ chối.", "Dọn đĩa chứa thư mục data ngay."},

		ChannelToken:      {Fault, "Nền tảng không nhận mã truy cập (token) của kênh: không gửi, không nhận được tin.", "Lấy mã mới, ghi vào thiết đặt rồi khởi động lại; với Zalo OA: chạy «doithoai zalo login»."},
		ChannelTokenSoon:  {Warning, "Mã truy cập của kênh sắp hết hạn.", "Để chương trình chạy thì nó tự làm mới; không được thì chạy «doithoai zalo login»."},
		ChannelWebhook:    {Fault, "Nền tảng không gọi được webhook, hoặc webhook đã bị tắt hay đổi: tin của bà con không tới.", "Xem public_url, chứng chỉ HTTPS, máy chủ trang đứng trước; rồi bật lại webhook ở trang quản lý của nền tảng."},
		ChannelSilent:     {Warning, "Đã lâu không có gì tới từ kênh này.", "Nhắn thử một tin. Không thấy trả lời thì xem webhook có bị tắt không."},
		ChannelConflict:   {Fault, "Có chương trình khác lấy tin của cùng con bot.", "Tắt chương trình kia; không biết ở đâu thì đổi mã bot."},
		ChannelDown:       {Fault, "Không nói chuyện được với máy chủ của nền tảng.", "Xem máy này có ra được internet không, đồng hồ có đúng không; chương trình tự thử lại."},
		ChannelQuota:      {Fault, "Đã hết hạn mức tin của gói: bà con chưa nhận được trả lời.", "Nâng gói, hoặc chuyển bà con sang kênh khác."},
		ChannelAccount:    {Fault, "Nền tảng từ chối tài khoản này.", "Xem trang quản lý của nền tảng."},
		ChannelUnanswered: {Fault, "Tin của bà con từ kênh này chưa lưu được.", "Xem kho lưu và đĩa."},

		DesksBroken:      {Fault, "Tệp cán bộ có lỗi: bản trước đang được dùng.", "Chạy «doithoai desks check» rồi sửa theo lời chỉ."},
		DesksUnreachable: {Fault, "Có bộ phận mà hồ sơ không đến được ai.", "Chạy «doithoai officer list», mời cán bộ bằng «doithoai officer invite», hoặc ghi người thay trong tệp cán bộ."},
		DesksInvite:      {Warning, "Còn cán bộ chưa nhận được tin.", "Mời bằng «doithoai officer invite»."},

		BaseBroken:  {Fault, "Kho kiến thức có lỗi: bản tốt gần nhất đang trả lời.", "Chạy «doithoai kb check» rồi sửa theo lời chỉ."},
		BasePhones:  {Warning, "Có xã chưa ghi số điện thoại: bà con hỏi gặp người chỉ được chỉ chỗ đến.", "Hỏi số ở chính xã đó, ghi vào «dia_danh.yaml», khóa «điện thoại»."},
		BaseOverdue: {Warning, "Có mục kiến thức đã quá ngày kiểm lại.", "Chạy «doithoai kb check» để xem mục nào, rồi nhờ người biên tập đọc lại."},

		ClockWrong: {Fault, "Đồng hồ máy sai hơn một phút: Zalo bị từ chối, lời hẹn và hạn dùng sai giờ.", "Bật đồng bộ giờ: timedatectl set-ntp true."},
		ClockDrift: {Warning, "Đồng hồ máy lệch hơn năm giây.", "Bật đồng bộ giờ: timedatectl set-ntp true."},
		DiskLow:    {Warning, "Đĩa sắp đầy.", "Dọn đĩa hoặc thêm chỗ trước khi đầy."},
		DiskFull:   {Fault, "Đĩa gần như hết chỗ: sắp không lưu được tin.", "Dọn đĩa ngay; xem nhật ký cũ, bản chép cũ, thư mục media."},

		SettingsBroken:  {Fault, "Thiết đặt vừa đọc lại có lỗi: thiết đặt trước đang được dùng.", "Chạy «doithoai config show», sửa theo lời chỉ rồi gửi lại SIGHUP."},
		SettingsExposed: {Warning, "Tệp có bí mật mà tài khoản khác trên máy đọc được.", "Chạy chmod 640 (hay 600) cho tệp đó."},
		FolderBroken:    {Fault, "Không đọc ghi được thư mục.", "Cho tài khoản chạy chương trình quyền ghi vào đó."},
		FolderExposed:   {Warning, "Thư mục lưu mà tài khoản khác trên máy vào được.", "Chạy chmod 700 cho thư mục đó."},
		AddressTaken:    {Fault, "Không mở được địa chỉ để nghe.", "Đổi thiết đặt địa chỉ, hoặc tắt chương trình đang giữ."},
		AddressPublic:   {Warning, "Địa chỉ công khai chưa tới được chương trình.", "Xem tên miền, chứng chỉ và máy chủ trang đứng trước."},

		Stopping:   {Fault, "Chương trình đang dừng.", "Chờ nó dừng hẳn; nếu không định dừng thì xem nhật ký."},
		NotRunning: {Warning, "Không có chương trình nào đang chạy với thư mục data này.", "Chạy «doithoai serve», hoặc systemctl start doithoai."},
	}
}
