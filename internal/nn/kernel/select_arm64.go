package kernel

func available() []*Set { return []*Set{neon(), generic()} }
