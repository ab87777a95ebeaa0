package photo
type rule struct{}
func (f *finder) eraseRules() {}
