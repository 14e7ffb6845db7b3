package usage

import (
	"fmt"
	"strconv"
	"strings"

	"canopy/model"
)

// CPU writes thousandths of a core as Kubernetes does: "480m", "2", "12.5" from ten cores on.
func CPU(milli int64) string {
	switch {
	case milli%1000 == 0:
		return strconv.FormatInt(milli/1000, 10)
	case milli >= 10_000:
		return strconv.FormatFloat(float64(milli)/1000, 'f', 1, 64)
	}
	return strconv.FormatInt(milli, 10) + "m"
}

// Memory writes an amount of bytes: "128Mi", "1.5Gi".
func Memory(bytes int64) string {
	const step = 1024
	value, unit := float64(bytes), 0
	units := []string{"", "Ki", "Mi", "Gi", "Ti", "Pi"}
	for value >= step && unit < len(units)-1 {
		value, unit = value/step, unit+1
	}
	digits := 0
	if value < 10 && unit > 0 {
		digits = 1
	}
	return strings.TrimSuffix(strconv.FormatFloat(value, 'f', digits, 64), ".0") + units[unit]
}

// Against writes a use of CPU against what is allowed, or asked for where nothing bounds it: "480m of 500m limit (96 %)".
func Against(x model.Sample, l Limits) string {
	return against(CPU, x.CPU, l.CPULimit, l.CPURequest)
}

// AgainstMemory does the same for memory: "120Mi of 128Mi limit (94 %)".
func AgainstMemory(x model.Sample, l Limits) string {
	return against(Memory, x.Memory, l.MemoryLimit, l.MemoryRequest)
}

func against(write func(int64) string, used, limit, request int64) string {
	of, what := limit, "limit"
	if of <= 0 {
		of, what = request, "request, no limit"
	}
	if of <= 0 {
		return write(used) + ", no limit"
	}
	return fmt.Sprintf("%s of %s %s (%.0f %%)", write(used), write(of), what, float64(used)/float64(of)*100)
}

// over tells how long a run is: "over 14 samples (7 min)".
func over(run []model.Sample) string {
	took := run[len(run)-1].At - run[0].At
	long := fmt.Sprintf("%d s", took)
	if took >= 120 {
		long = fmt.Sprintf("%d min", (took+30)/60)
	}
	if len(run) == 1 {
		return "in 1 sample"
	}
	return fmt.Sprintf("over %d samples (%s)", len(run), long)
}

// Spark draws the use of CPU in so many cells, the newest at the right: a column of one cell for each of the newest samples, spaces where
// there are fewer. The highest column is the most that is drawn; only a use of nothing has the lowest.
func Spark(s *model.Series, width int, ascii bool) string {
	return spark(s, width, ascii, func(x model.Sample) int64 { return x.CPU })
}

// SparkMemory draws the use of memory as Spark does that of CPU.
func SparkMemory(s *model.Series, width int, ascii bool) string {
	return spark(s, width, ascii, func(x model.Sample) int64 { return x.Memory })
}

func spark(s *model.Series, width int, ascii bool, of func(model.Sample) int64) string {
	if width <= 0 {
		return ""
	}
	columns := []rune("▁▂▃▄▅▆▇█")
	if ascii {
		columns = []rune("_.,:-=+#")
	}
	samples := s.Tail(width)
	most := int64(0)
	for _, x := range samples {
		most = max(most, of(x))
	}
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", width-len(samples)))
	for _, x := range samples {
		level := 0
		if v := of(x); v > 0 && most > 0 {
			// One of the seven columns above the lowest.
			level = min(1+int(float64(v)/float64(most)*7), 7)
		}
		b.WriteRune(columns[level])
	}
	return b.String()
}
