// Of ECharts what the portal draws. Types and parts that nothing draws stay out of the file.
import { use, init, registerMap } from "echarts/core";
import { BarChart, LineChart, MapChart, TreemapChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart, LineChart, MapChart, TreemapChart,
  AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent,
  SVGRenderer,
]);

export { init, registerMap };
