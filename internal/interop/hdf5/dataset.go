package hdf5

import (
	"errors"
	"fmt"
)

var errUnwritten = errors.New("its values were never written")

// Values returns the values of a data set.
func (o *Object) Values() (*Array, error) {
	a, err := o.values()
	if err != nil {
		return nil, o.f.fault(o.path, err)
	}
	return a, nil
}

func (o *Object) values() (*Array, error) {
	if err := o.look(); err != nil {
		return nil, err
	}
	var bodies [3][]byte
	for i, kind := range []uint64{kindDatatype, kindDataspace, kindLayout} {
		var err error
		if bodies[i], err = o.message(kind); err != nil {
			return nil, err
		}
		if bodies[i] == nil {
			return nil, errors.New("wanted a data set, found a group or another object")
		}
	}
	if o.has(kindExternal) {
		return nil, errors.New("values in other files are not supported")
	}
	a, count, err := o.array(bodies[0], bodies[1])
	if err != nil {
		return nil, err
	}
	if a.Type == "opaque" && a.stored.size == 2 {
		// NumPy has no bfloat16, so h5py stores two bytes without a meaning. Nothing else comes so.
		a.Type, a.stored.bigEndian = BFloat16, false
	}
	if count == 0 {
		return a, nil
	}
	a.raw, err = o.layout(bodies[2], a, count*a.stored.size)
	return a, err
}

// layout returns the size bytes of the values, which are in one piece or in chunks. [IV.A.2.i]
func (o *Object) layout(body []byte, a *Array, size uint64) ([]byte, error) {
	const compact, contiguous, chunked = 0, 1, 2
	d := fields{b: body}
	version, class := d.uint(1), d.uint(1)
	if version != 3 && version != 4 {
		return nil, fmt.Errorf("wanted a layout of version 3 or 4, found %d", version)
	}
	var raw []byte
	var err error
	switch class {
	case compact:
		raw = d.take(d.uint(2))
	case contiguous:
		at, stored := d.uint(8), d.uint(8)
		if at == undefined {
			return nil, errUnwritten
		}
		if stored > size {
			stored = size
		}
		raw, err = o.f.bytes(at, stored)
	case chunked:
		return o.chunked(&d, version, a, size)
	default:
		return nil, fmt.Errorf("wanted values that are compact, contiguous or chunked (0 to 2), found layout %d", class)
	}
	if err == nil && (d.short || uint64(len(raw)) != size) {
		err = fmt.Errorf("wanted %d bytes of values, found %d", size, len(raw))
	}
	return raw, err
}
