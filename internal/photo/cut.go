package photo

func (f *finder) cut(parts []part) []part { return parts }
