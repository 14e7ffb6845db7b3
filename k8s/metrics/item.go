package metrics

import (
	"strings"
	"time"

	apiresource "k8s.io/apimachinery/pkg/api/resource"
)

// item is what was measured of one node or pod, as read from either form. It is used anew for the next one.
type item struct {
	namespace, name string
	// at is in seconds since 1970.
	at         int64
	containers []figure
	// bad counts what could not be read.
	bad int
}

// figure is what was measured of one container, or of a node, and then has no name.
type figure struct {
	name        string
	cpu, memory int64
}

const (
	// nameLimit bounds names, as API servers do.
	nameLimit = 253
	// quantityLimit bounds what is written of a quantity.
	quantityLimit = 64
	// coresLimit and bytesLimit are beyond what any machine has.
	coresLimit = 1_000_000_000
	bytesLimit = 1 << 60
	// timeLimit is the year 9999, the last that JSON can say.
	timeLimit = 253_402_300_800
)

func (x *item) reset() { *x = item{containers: x.containers[:0]} }

// fits tells that the item can be kept. A time that is not told is when it was asked.
func (x *item) fits(now time.Time, podlike bool) bool {
	if x.name == "" || len(x.name) > nameLimit || len(x.namespace) > nameLimit || (x.namespace != "") != podlike || len(x.containers) == 0 {
		return false
	}
	if x.at <= 0 || x.at >= timeLimit {
		x.at = now.Unix()
	}
	return true
}

// add takes the usage of a container, if it is one.
func (x *item) add(name, cpu, memory string, podlike bool) {
	c, ok := milli(cpu)
	b, fine := whole(memory)
	if !ok || !fine || len(name) > nameLimit || (name != "") != podlike {
		x.bad++
		return
	}
	x.containers = append(x.containers, figure{name: name, cpu: c, memory: b})
}

// milli reads cores, as thousandths.
func milli(text string) (int64, bool) {
	q, ok := quantity(text)
	if !ok || q.CmpInt64(coresLimit) > 0 {
		return 0, false
	}
	return q.MilliValue(), true
}

func whole(text string) (int64, bool) {
	q, ok := quantity(text)
	if !ok || q.CmpInt64(bytesLimit) > 0 {
		return 0, false
	}
	return q.Value(), true
}

// quantity reads a quantity that can have been measured. One with an exponent is not read at all, since 1e2147483647 would be written
// out to its last digit; nobody who measures sends such.
func quantity(text string) (apiresource.Quantity, bool) {
	if len(text) > quantityLimit || strings.ContainsAny(text, "eE") && !strings.HasSuffix(text, "E") && !strings.HasSuffix(text, "Ei") {
		return apiresource.Quantity{}, false
	}
	q, err := apiresource.ParseQuantity(text)
	return q, err == nil && q.Sign() >= 0
}
