package kernel

func available() []*Set { return []*Set{checked(neon()), generic()} }
