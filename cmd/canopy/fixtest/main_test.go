package fixtest

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more scenes climb at one time than there are processors: they wait for controllers most of the time.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		if err := flag.Set("test.parallel", "8"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// long tells that time is no matter.
func long() bool { return os.Getenv("CANOPY_LONG") == "1" }
