#pragma once
// What Swift cannot say about the processor, and the innermost loops of the kernels.

#include "chardware_closure.h"
#include "chardware_elementwise.h"
#include "chardware_peak.h"
#include "chardware_processor.h"
#include "chardware_products.h"
#include "chardware_tiles.h"
#include "chardware_winograd.h"
