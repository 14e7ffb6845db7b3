package usage

import (
	"slices"
	"strconv"

	"canopy/model"
)

const (
	// sustained is over how many samples a use has to go on to be told.
	sustained = 10
	// gap is the most seconds between two samples of one history: what was before is not known to have gone on.
	gap = 600
	// flatCPU is the least of a flat use, in thousandths of a core: near one, however large its node is, since a program that computes is given
	// so many threads and takes each of them. flatTop is the least of the top consumer of a node, which may have to share its cores.
	flatCPU, flatTop = 800, 500
	// saturatedShare is the share of its limit, in hundredths, that a container at its limit uses.
	saturatedShare = 95
	// A use has risen that is over risenFactor times the median before, and over risenCPU, for sustained samples, after calm ones.
	risenFactor, risenCPU, calm = 5, 200, 10
	// usedCPU is the least that counts as use of a namespace, wokenCPU that of a container that wakes it, for wokenRun samples.
	usedCPU, wokenCPU, wokenRun = 10, 50, 5
	// A container in no spec is told after strangeRun samples, so that a spec that has just changed has come meanwhile; an ephemeral one
	// when it is as busy as ephemeralCPU for long.
	strangeRun, ephemeralCPU = 3, 100
)

// history gives what was measured of this pod without a gap, up to now.
func history(samples []model.Sample, started int64) []model.Sample {
	from := 0
	for i, x := range samples {
		if x.At < started {
			from = i + 1
		} else if i > 0 && x.At-samples[i-1].At > gap {
			from = i
		}
	}
	return samples[from:]
}

// trailing gives the newest samples that all are at least so much.
func trailing(samples []model.Sample, least int64) []model.Sample {
	i := len(samples)
	for i > 0 && samples[i-1].CPU >= least {
		i--
	}
	return samples[i:]
}

// steady gives the newest samples in which the use is at least so much, and flat: the longest end of them of which no end is uneven, with a standard
// deviation of at most a tenth of the mean. nil where that are too few.
func steady(samples []model.Sample, least int64) []model.Sample {
	var n, sum, squares float64
	for _, x := range slices.Backward(trailing(samples, least)) {
		v := float64(x.CPU)
		if n+1 >= sustained && !even(n+1, sum+v, squares+v*v) {
			break
		}
		n, sum, squares = n+1, sum+v, squares+v*v
	}
	if n < sustained {
		return nil
	}
	return samples[len(samples)-int(n):]
}

// even tells that the variance is at most a hundredth of the mean's square.
func even(n, sum, squares float64) bool { return 100*(n*squares-sum*sum) <= sum*sum }

// saturated gives the newest samples in which a container is at its limit; nil where it has none, or they are few.
func saturated(samples []model.Sample, limit int64) []model.Sample {
	if limit <= 0 {
		return nil
	}
	if run := trailing(samples, share(limit, saturatedShare)); len(run) >= sustained {
		return run
	}
	return nil
}

// share is so many hundredths of a figure, rounded up.
func share(of, hundredths int64) int64 { return of/100*hundredths + (of%100*hundredths+99)/100 }

// strange gives the samples by which a container does not belong to its pod.
func strange(samples []model.Sample, c *Container, inSpec bool) []model.Sample {
	switch {
	case !inSpec && len(samples) >= strangeRun:
		return samples
	case inSpec && c.Ephemeral:
		if run := trailing(samples, ephemeralCPU); len(run) >= sustained {
			return run
		}
	}
	return nil
}

// risen gives the newest samples that are far above what was used before, and the median of that; nil where there are none. It is the
// longest such end with calm before it.
func risen(samples []model.Sample) (run []model.Sample, before int64) {
	if n := len(samples); n < calm+sustained || samples[n-1].CPU <= risenCPU {
		return nil, 0
	}
	// The samples before the run, in the order of their use.
	sorted := make([]int64, 0, len(samples))
	put := func(v int64) {
		i, _ := slices.BinarySearch(sorted, v)
		sorted = slices.Insert(sorted, i, v)
	}
	for _, x := range samples[:calm] {
		put(x.CPU)
	}
	for from := calm; from <= len(samples)-sustained; from++ {
		median := sorted[(len(sorted)-1)/2]
		most := max(risenFactor*median, risenCPU)
		high := func(x model.Sample) bool { return x.CPU > most }
		if !slices.ContainsFunc(samples[from-calm:from], high) && len(trailing(samples, most+1)) >= len(samples)-from {
			return samples[from:], median
		}
		put(samples[from].CPU)
	}
	return nil, 0
}

func sayRisen(run []model.Sample, before int64) string {
	says := "suspicious: " + CPU(mean(run)) + " " + over(run)
	if before == 0 {
		return says + " where nothing was used before"
	}
	return says + ", " + strconv.FormatInt(mean(run)/before, 10) + " times the " + CPU(before) + " that was usual before"
}

func saySaturated(run []model.Sample, l Limits) string {
	return "at its CPU limit: " + Against(run[len(run)-1], l) + ", " + over(run)
}

// mean is the average use of CPU.
func mean(run []model.Sample) int64 {
	sum := int64(0)
	for _, x := range run {
		sum += x.CPU
	}
	return sum / int64(len(run))
}
